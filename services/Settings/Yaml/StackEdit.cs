namespace ModelServing.Settings.Yaml;

/// <summary>An edit of one setting in the text of a stack file.</summary>
/// <param name="Setting">The setting relative to the namespace, such as <c>images.router</c>.</param>
public abstract record StackEdit(string Setting)
{
    /// <summary>Sets a value.</summary>
    public sealed record Set(string Setting, string Value) : StackEdit(Setting);

    /// <summary>Appends an item to a list. A missing list is created.</summary>
    public sealed record Add(string Setting, string Item) : StackEdit(Setting);

    /// <summary>Removes a setting and everything under it.</summary>
    public sealed record Remove(string Setting) : StackEdit(Setting);

    private string Path => $"/config/{StackFile.Namespace}{Setting.Replace('.', '/')}";

    /// <summary>Applies the edit to the text of a stack file.</summary>
    internal string ApplyTo(string yaml)
    {
        var keys = Setting.Split('.');
        string[] path = ["config", StackFile.Namespace + keys[0], .. keys[1..]];
        return this switch
        {
            Set set => YamlEdit.Set(yaml, path, set.Value),
            Add add => YamlEdit.Add(yaml, path, add.Item),
            _ => YamlEdit.Remove(yaml, path),
        };
    }

    /// <summary>Applies the edit to the values of a stack file, which are indexed by path.</summary>
    internal void ApplyTo(IDictionary<string, string?> leaves)
    {
        switch (this)
        {
            case Set set:
                leaves[Path] = set.Value;
                break;
            case Add add:
                var count = leaves.Keys.Count(leaf => leaf.StartsWith(Path + "/[", StringComparison.Ordinal));
                leaves[$"{Path}/[{count}]"] = add.Item;
                break;
            default:
                foreach (var leaf in leaves.Keys.Where(IsInside).ToList())
                    leaves.Remove(leaf);
                break;
        }
    }

    private bool IsInside(string leaf) => leaf == Path || leaf.StartsWith(Path + "/", StringComparison.Ordinal);
}
