namespace Pulumi;

/// <summary>Options of a component.</summary>
public sealed class ComponentResourceOptions : ResourceOptions
{
    public List<ProviderResource> Providers { get => field ??= []; set; }

    public static ComponentResourceOptions Merge(ComponentResourceOptions? options1, ComponentResourceOptions? options2)
    {
        var merged = new ComponentResourceOptions();
        foreach (var options in new[] { options1, options2 }.OfType<ComponentResourceOptions>())
        {
            merged.MergeFrom(options);
            var kept = merged.Providers.Where(mine => options.Providers.All(theirs => theirs.Package != mine.Package));
            merged.Providers = [.. kept, .. options.Providers];
        }

        return merged;
    }

    internal override ResourceOptions Clone() => Merge(this, null);
}
