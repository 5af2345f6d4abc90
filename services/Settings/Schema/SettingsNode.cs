namespace ModelServing.Settings.Schema;

/// <summary>A value of the configuration before it is read into settings: the common form of YAML and JSON.</summary>
/// <param name="Position">The position in the stack file; null if the value did not come from a file.</param>
public abstract record SettingsNode(TextPosition? Position)
{
    /// <summary>A number, a text or a boolean. It is kept as text because a stack file may write a number as text.</summary>
    public sealed record Scalar(string Text, TextPosition? Position) : SettingsNode(Position);

    /// <summary>A key without a value.</summary>
    public sealed record Empty(TextPosition? Position) : SettingsNode(Position);

    /// <summary>A value whose fault has already been reported.</summary>
    public sealed record Faulty(TextPosition? Position) : SettingsNode(Position);

    /// <summary>A list.</summary>
    public sealed record Sequence(IReadOnlyList<SettingsNode> Items, TextPosition? Position) : SettingsNode(Position);

    /// <summary>A map. The keys are unique and keep the order of the file.</summary>
    public sealed record Mapping(IReadOnlyList<MappingEntry> Entries, TextPosition? Position) : SettingsNode(Position)
    {
        /// <summary>The value of <paramref name="key"/>, or null.</summary>
        public SettingsNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

        /// <summary>True for the form in which Pulumi writes an encrypted value.</summary>
        public bool IsEncrypted => Entries is [{ Key: "secure" }];
    }

    /// <summary>A description of this node that can follow "this is" in a message.</summary>
    internal string Kind => this switch
    {
        Mapping { IsEncrypted: true } => "an encrypted value",
        Mapping => "a map",
        Sequence => "a list",
        Scalar scalar => $"'{Quoted.From(scalar.Text)}'",
        _ => "empty",
    };
}
