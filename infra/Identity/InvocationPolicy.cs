using Pulumi;

namespace ModelServing.Infra;

/// <summary>What <see cref="InvocationPolicy"/> is given.</summary>
public sealed class InvocationPolicyArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, where identity is written.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the cluster whose pods are meant.</summary>
    public required Input<string> ClusterId { get; init; }

    /// <summary>The Kubernetes namespace of the pods.</summary>
    public required string Namespace { get; init; }

    /// <summary>The service account of the pods that call ModelMetrics each minute.</summary>
    public required string Account { get; init; }

    /// <summary>The OCID of ModelMetrics.</summary>
    public required Input<string> FunctionId { get; init; }
}

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
            new PolicyStatement("any-user", "use", "fn-invocation", [.. WorkloadPrincipal.Of(args.ClusterId, args.Namespace, args.Account), function]));
        RegisterOutputs();
    }

    /// <summary>The policy, which the calls need first.</summary>
    public Resource Policy { get; }
}
