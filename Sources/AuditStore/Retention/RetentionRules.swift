/// Rules that choose the class of an event: that of the first rule that matches, else `default`.
package struct RetentionRules: Sendable {
    package struct Class: Sendable, Equatable {
        package var name: String
        /// nil: for ever.
        package var months: Int?

        package init(name: String, months: Int?) {
            self.name = name
            self.months = months
        }
    }

    package struct Rule: Sendable {
        package var predicate: Predicate
        package var className: String

        package init(predicate: Predicate, className: String) {
            self.predicate = predicate
            self.className = className
        }
    }

    /// Those that the rules say a duration of.
    package var classes: [Class]
    package var rules: [Rule]

    package init(classes: [Class], rules: [Rule]) {
        self.classes = classes
        self.rules = rules
    }
}
