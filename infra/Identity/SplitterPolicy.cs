using ModelServing.Contracts.Functions;
using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>Allows the gateways of the environment's compartment to call the function TrafficSplitter, and nothing else. The function
/// itself calls no service of OCI's, so it is in no dynamic group and has no rights.</summary>
public sealed class SplitterPolicy : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public SplitterPolicy(string name, SplitterPolicyArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:SplitterPolicy", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<SplitterPolicyArgs>();
        var key = FunctionNames.NameOf(FunctionName.TrafficSplitter);
        Policy = new PolicyWriter(this, name, args, args.HomeRegion, args.Names.Tags("identity")).Write(
            key,
            "The gateway calls TrafficSplitter with the requests to models",
            // docs.oracle.com/iaas/Content/APIGateway/Tasks/apigatewaycreatingpolicies.htm has the first two conditions.
            new PolicyStatement(
                "any-user",
                "use",
                "fn-invocation",
                "request.principal.type='ApiGateway'",
                Output.Format($"request.resource.compartment.id='{args.CompartmentId}'"),
                Output.Format($"target.function.id='{args.FunctionId}'")));
        RegisterOutputs();
    }

    /// <summary>The policy, which must exist before the first call.</summary>
    public Resource Policy { get; }
}
