using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Something that the engine knows by its URN.</summary>
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
            (args, options) = (result.Args, result.Options);
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
            providers = providers.SetItems((options.Provider is { } one ? [one] : several).Select(static p => KeyValuePair.Create(p.Package, p)));
        else if (options.Provider is { } own)
            providers = type.Split(':') is [var package, _, _] ? providers.SetItem(package, own) : providers;
        else
            options.Provider = options.Parent?.ProviderOf(type);

        protect = options.Protect;
        Deployment.Inner.Register(this, args, options);
    }

    /// <summary>A stand-in for a resource that only its URN is known of.</summary>
    private protected Resource()
    {
        (type, name, Outputs) = ("", "", []);
    }

    [Output("urn")]
    public Output<string> Urn { get; private protected set; } = null!;

    internal HashSet<Resource> Children { get; } = [];

    internal Dictionary<string, OutputSource> Outputs { get; }

    public string GetResourceType() => type;

    public string GetResourceName() => name;

    internal ProviderResource? ProviderOf(string token) => token.Split(':') is [var package, _, _] ? providers.GetValueOrDefault(package) : null;
}

/// <summary>A resource that a provider manages.</summary>
public class CustomResource(string type, string name, ResourceArgs? args, CustomResourceOptions? options = null)
    : Resource(type, name, true, args ?? ResourceArgs.Empty, options ?? new CustomResourceOptions())
{
    [Output("id")]
    public Output<string> Id { get; private protected set; } = null!;
}

/// <summary>A provider with settings of its own.</summary>
public class ProviderResource(string package, string name, ResourceArgs args, CustomResourceOptions? options = null)
    : CustomResource($"pulumi:providers:{package}", name, args, options)
{
    /// <summary>What stands for an unknown value on the wire.</summary>
    private const string Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    internal string Package { get; } = package;

    internal async Task<string> ReferenceAsync()
    {
        var id = await Id.ValueOr("").ConfigureAwait(false);
        return $"{await Urn.ValueOr("").ConfigureAwait(false)}::{(string.IsNullOrEmpty(id) ? Unknown : id)}";
    }
}

/// <summary>A resource that groups others.</summary>
public class ComponentResource(string type, string name, ResourceArgs? args, ComponentResourceOptions? options = null, bool remote = false)
    : Resource(type, name, false, args ?? ResourceArgs.Empty, options ?? new ComponentResourceOptions())
{
    public ComponentResource(string type, string name, ComponentResourceOptions? options = null)
        : this(type, name, null, options)
    {
    }

    internal bool IsRemote { get; } = remote;

    protected void RegisterOutputs() => RegisterOutputs(GetType().GetProperties()
        .Where(static p => p.Name != nameof(Urn) && p.GetCustomAttribute<OutputAttribute>() is not null)
        .ToDictionary(static p => p.GetCustomAttribute<OutputAttribute>()!.Name is { Length: > 0 } named ? named : p.Name, p => p.GetValue(this)));

    protected void RegisterOutputs(IDictionary<string, object?> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        RegisterOutputs(Output.Create(outputs));
    }

    protected void RegisterOutputs(Task<IDictionary<string, object?>> outputs) => RegisterOutputs(Output.Create(outputs));

    protected void RegisterOutputs(Output<IDictionary<string, object?>> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        Deployment.Inner.RegisterOutputs(this, outputs);
    }
}
