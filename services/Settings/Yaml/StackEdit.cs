namespace ModelServing.Settings.Yaml;

/// <summary>A change of one setting in a stack file's text.</summary>
/// <param name="Setting">The setting relative to the namespace, as in <c>images.router</c>.</param>
public abstract record StackEdit(string Setting)
{
    /// <summary>The setting has this value.</summary>
    public sealed record Set(string Setting, string Value) : StackEdit(Setting);

    /// <summary>The list has this as its last item; one that is not there is made.</summary>
    public sealed record Add(string Setting, string Item) : StackEdit(Setting);

    /// <summary>The setting, with all under it, is not given.</summary>
    public sealed record Remove(string Setting) : StackEdit(Setting);

    internal string Path => $"/config/{StackFile.Namespace}{Setting.Replace('.', '/')}";

    /// <summary>The text with this change.</summary>
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

    /// <summary>What this change makes of the values that stand in a file, each by its path.</summary>
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
                foreach (var leaf in leaves.Keys.Where(leaf => leaf == Path || leaf.StartsWith(Path + "/", StringComparison.Ordinal)).ToList())
                    leaves.Remove(leaf);
                break;
        }
    }
}
