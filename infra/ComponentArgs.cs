using System.Reflection;
using System.Runtime.CompilerServices;
using ModelServing.Infra.Naming;
using Pulumi;

namespace ModelServing.Infra;

/// <summary>What every component is given.</summary>
public abstract class ComponentArgs
{
    /// <summary>What the environment's resources are called and how they are tagged.</summary>
    public required EnvironmentNames Names { get; init; }

    /// <summary>The OCID of the environment's compartment. One environment has one of its own: policies end at its border.</summary>
    public required Input<string> CompartmentId { get; init; }

    /// <summary>Refuses null where the compiler was told that there is none: the SDK would let it pass until the cloud refuses it.</summary>
    internal T Checked<T>()
        where T : ComponentArgs
    {
        foreach (var property in GetType().GetProperties())
        {
            if (property.IsDefined(typeof(RequiredMemberAttribute)) && property.GetValue(this) is null)
                throw new ArgumentException($"{GetType().Name}.{property.Name} is required and was not given");
        }

        return (T)this;
    }
}
