using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>Which pods may call which function: those of the CronJob ModelMetrics, and nobody another. Beside
/// <see cref="WorkloadPolicies"/>, since it names a function, which the foundation does not have.</summary>
public sealed class InvocationPolicy : ComponentResource
{
    /// <summary>Makes the policy.</summary>
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
            new PolicyStatement("any-user", "use", "fn-invocation", [.. WorkloadPrincipal.Conditions(args.ClusterId, args.Namespace, args.Account), function]));
        RegisterOutputs();
    }

    /// <summary>The policy, which the calls need first.</summary>
    public Resource Policy { get; }
}
