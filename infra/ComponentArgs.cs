using System.Reflection;
using System.Runtime.CompilerServices;
using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra;

/// <summary>The arguments that every component has.</summary>
public abstract class ComponentArgs
{
    /// <summary>The names and tags of the environment's resources.</summary>
    public required EnvironmentNames Names { get; init; }

    /// <summary>The OCID of the environment's compartment. Each environment has its own, and no policy reaches beyond it.</summary>
    public required Input<string> CompartmentId { get; init; }

    /// <summary>Throws if a required property is null. <c>required</c> does not rule null out, and the SDK would pass it on to the
    /// cloud.</summary>
    internal T Checked<T>()
        where T : ComponentArgs
    {
        foreach (var property in GetType().GetProperties())
        {
            if (property.IsDefined(typeof(RequiredMemberAttribute)) && property.GetValue(this) is null)
                throw new ArgumentException($"{GetType().Name}.{property.Name} is required but was not given");
        }

        return (T)this;
    }
}
