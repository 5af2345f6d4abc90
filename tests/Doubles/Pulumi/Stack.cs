using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>The root of a program's resources.</summary>
public class Stack : ComponentResource
{
    internal const string RootType = "pulumi:pulumi:Stack";

    public Stack(StackOptions? options = null)
        : base(RootType, $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}", Convert(options)) =>
        Deployment.Inner.Stack = this;

    /// <summary>Registers the outputs of a stack class after its constructor has finished.</summary>
    internal void RegisterPropertyOutputs()
    {
        var outputs = GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(
                static p => p.GetCustomAttribute<OutputAttribute>() is not null && p.DeclaringType?.IsAssignableFrom(typeof(Stack)) != true)
            .Select(p => KeyValuePair.Create(p.GetCustomAttribute<OutputAttribute>()!.Name ?? p.Name, p.GetValue(this)))
            .ToImmutableArray();
        var missing = outputs.Where(static o => o.Value is null).Select(static o => o.Key).ToArray();
        if (missing.Length > 0)
        {
            throw new RunException($"Output(s) '{string.Join(", ", missing)}' have no value assigned. " +
                "[Output] attributed properties must be assigned inside Stack constructor.");
        }

        var wrong = outputs.Where(static o => o.Value is not IOutput).Select(static o => o.Key).ToArray();
        if (wrong.Length > 0)
            throw RunException.OutputsHaveIncorrectType(wrong);
        RegisterOutputs(new Dictionary<string, object?>(outputs));
    }

    private static ComponentResourceOptions? Convert(StackOptions? options) =>
        options is null ? null : new ComponentResourceOptions { ResourceTransformations = options.ResourceTransformations };
}
