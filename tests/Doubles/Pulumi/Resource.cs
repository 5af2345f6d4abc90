using System.Collections.Immutable;

namespace Pulumi;

/// <summary>Something that the engine identifies by a URN.</summary>
public class Resource
{
    private readonly string type;
    private readonly string name;
    private readonly bool? protect;
    private readonly ImmutableArray<ResourceTransformation> transformations = [];
    private readonly ImmutableDictionary<string, ProviderResource> providers = ImmutableDictionary<string, ProviderResource>.Empty;

    private protected Resource(string type, string name, bool isCustom, ResourceArgs args, ResourceOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(name);
        this.type = type;
        this.name = name;
        Outputs = OutputSource.FillAll(this);

        var parent = type == Stack.RootType ? null : options.Parent ?? Deployment.Inner.Stack;
        transformations = [.. options.ResourceTransformations, .. parent?.transformations ?? []];
        foreach (var transformation in transformations)
        {
            if (transformation(new ResourceTransformationArgs(this, args, options)) is not { } result)
                continue;

            if (result.Options.Parent != options.Parent)
                throw new ArgumentException("Transformations cannot currently be used to change the 'parent' of a resource.");
            args = result.Args;
            options = result.Options;
        }

        options = options.Clone();
        var several = (options as ComponentResourceOptions)?.Providers ?? [];
        if (options.Provider is not null && several.Count > 0)
            throw new ResourceException("Do not supply both 'provider' and 'providers' options to a ComponentResource.", options.Parent);

        if (options.Parent is { } given)
        {
            lock (given.Children)
                given.Children.Add(this);
            options.Protect ??= given.protect;
            providers = given.providers;
        }

        if (!isCustom)
        {
            providers = providers.SetItems(
                (options.Provider is { } one ? [one] : several).Select(static p => KeyValuePair.Create(p.Package, p)));
        }
        else if (options.Provider is { } own)
            providers = type.Split(':') is [var package, _, _] ? providers.SetItem(package, own) : providers;
        else
            options.Provider = options.Parent?.FindProvider(type);

        protect = options.Protect;
        Deployment.Inner.Register(this, args, options);
    }

    /// <summary>Creates a placeholder for a resource of which only the URN is known.</summary>
    private protected Resource()
    {
        type = "";
        name = "";
        Outputs = [];
    }

    [Output("urn")]
    public Output<string> Urn { get; private protected set; } = null!;

    internal HashSet<Resource> Children { get; } = [];

    internal Dictionary<string, OutputSource> Outputs { get; }

    public string GetResourceType() => type;

    public string GetResourceName() => name;

    internal ProviderResource? FindProvider(string token) =>
        token.Split(':') is [var package, _, _] ? providers.GetValueOrDefault(package) : null;
}
