/// The limits of the text form, each with its reason.
///
/// Expressions come from command lines and from HTTP requests, so whoever writes one may be hostile. A text over a
/// limit is refused with an ``ExpressionError``; it never traps, overflows the stack or takes more than linear time.
public enum TextFormLimits {
    /// The longest source text, in UTF-8 bytes.
    ///
    /// A filter over a few thousand addresses or names fits; the tokens of a text this long still take only a few MB.
    public static let sourceBytes = 65_536

    /// The deepest nesting, of the text (parentheses, lists, arguments) and of the syntax tree alike.
    ///
    /// Parsing, comparing, printing and compiling a tree recurse once a level. To parse and print 100 levels of the
    /// worst kind takes less than 160 KiB of stack in a release build, where secondary threads have 512 KiB on macOS,
    /// and less than 704 KiB in a debug build; no one writes that many by hand. `&&` and `||` take any number of
    /// operands on one level, so that a generated chain of thousands is no deeper than a pair.
    public static let nesting = 100

    /// The most nodes of a syntax tree; every component of a path counts as one.
    ///
    /// Bounds the work of whatever walks the tree for each distinct value of a column.
    public static let nodes = 10_000

    /// The most conditions that `exists` and `all` over lists of constants are expanded to: lists within lists multiply.
    public static let expansions = 100_000

    /// The most values that `topK` gives a group, and the most boundaries of a histogram: a cell is for a person or a chart.
    static let topValues = 10_000
    static let boundaries = 1_000

    /// The longest name, in UTF-8 bytes, that is compared with the known names to suggest another one.
    ///
    /// The edit distance takes time in proportion to the product of both lengths.
    static let suggestibleNameBytes = 128

    /// The widest excerpt of the source in the description of an error, in terminal columns.
    ///
    /// Fits a terminal of 100 columns with the indentation, so that the line with the caret does not wrap.
    static let excerptColumns = 92

    /// The most Unicode scalars of the source that a message quotes.
    static let quotedScalars = 40
}
