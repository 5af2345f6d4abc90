using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>Allows the pods of one CronJob to call the function ModelMetrics, and nothing else. It is not part of
/// <see cref="WorkloadPolicies"/> because it names a function, and the foundation has no functions.</summary>
public sealed class InvocationPolicy : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public InvocationPolicy(string name, InvocationPolicyArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:InvocationPolicy", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<InvocationPolicyArgs>();
        var function = (Input<string>)Output.Format($"target.function.id='{args.FunctionId}'");
        Policy = new PolicyWriter(this, name, args, args.HomeRegion, args.Names.Tags("identity")).Write(
            args.Account,
            "The CronJob calls ModelMetrics each minute",
            new PolicyStatement(
                "any-user",
                "use",
                "fn-invocation",
                [.. WorkloadPrincipal.Conditions(args.ClusterId, args.Namespace, args.Account), function]));
        RegisterOutputs();
    }

    /// <summary>The policy, which must exist before the first call.</summary>
    public Resource Policy { get; }
}
