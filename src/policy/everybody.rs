//! Everybody whom a policy names.

use super::{Permission, Policy, Who};
use std::collections::BTreeSet;

impl Policy {
    /// Everybody whom it names anywhere.
    pub fn everybody(&self) -> BTreeSet<&Who> {
        self.lists_of_people().into_iter().flat_map(|(_, whom)| whom).collect()
    }

    /// Every list of people in it, with its path.
    pub(super) fn lists_of_people(&self) -> Vec<(String, &[Who])> {
        let mut all: Vec<(String, &[Who])> = vec![("overdue.tell".to_owned(), &self.overdue.tell)];
        let permissions: [(&str, &Option<Permission>); 5] = [
            ("extension", &self.extension),
            ("pause", &self.pause),
            ("step_down", &self.step_down),
            ("withdrawal", &self.withdrawal),
            ("reopening", &self.reopening),
        ];
        for (key, permission) in permissions {
            if let Some(permission) = permission {
                all.push((format!("{key}.may"), &permission.may));
            }
        }
        for (index, stage) in self.stages.iter().enumerate() {
            let path = format!("stages[{index}]");
            for (key, whom) in [
                ("act", &stage.act),
                ("consult", &stage.consult),
                ("copy", &stage.copy),
                ("determine", &stage.determine),
            ] {
                all.push((format!("{path}.{key}"), whom));
            }
            if let Some(panel) = &stage.panel {
                all.push((format!("{path}.panel.chair"), &panel.chair));
            }
            for (number, task) in stage.tasks.iter().enumerate() {
                all.push((format!("{path}.tasks[{number}].who"), &task.who));
            }
        }
        all
    }
}
