using System.Reflection;

namespace Pulumi;

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
        .ToDictionary(
            static p => p.GetCustomAttribute<OutputAttribute>()!.Name is { Length: > 0 } named ? named : p.Name, p => p.GetValue(this)));

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
