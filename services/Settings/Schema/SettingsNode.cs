namespace ModelServing.Settings.Schema;

/// <summary>A value of configuration before it is read into settings: what YAML and JSON have in common, with its place.</summary>
/// <param name="Place">Where it stands; null when it came without a text.</param>
public abstract record SettingsNode(TextPosition? Place)
{
    /// <summary>A value: a number, a text, a truth value. All are kept as text, since a stack file may write a number as a text.</summary>
    public sealed record Scalar(string Text, TextPosition? Place) : SettingsNode(Place);

    /// <summary>Nothing was written.</summary>
    public sealed record Empty(TextPosition? Place) : SettingsNode(Place);

    /// <summary>Something that a fault was already reported for.</summary>
    public sealed record Faulty(TextPosition? Place) : SettingsNode(Place);

    /// <summary>A list.</summary>
    public sealed record Sequence(IReadOnlyList<SettingsNode> Items, TextPosition? Place) : SettingsNode(Place);

    /// <summary>Keys with values, in the order in which they were written, without duplicates.</summary>
    public sealed record Mapping(IReadOnlyList<MappingEntry> Entries, TextPosition? Place) : SettingsNode(Place)
    {
        /// <summary>The value of <paramref name="key"/>, or null.</summary>
        public SettingsNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;

        /// <summary>True for what Pulumi writes in place of an encrypted value.</summary>
        public bool IsEncrypted => Entries is [{ Key: "secure" }];
    }

    internal string Kind => this switch
    {
        Mapping { IsEncrypted: true } => "an encrypted value",
        Mapping => "a map",
        Sequence => "a list",
        Scalar scalar => $"'{Quoted.From(scalar.Text)}'",
        _ => "nothing",
    };
}
