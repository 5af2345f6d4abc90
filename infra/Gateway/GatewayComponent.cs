using System.Collections.Immutable;
using ModelServing.Infra.Naming;
using Pulumi;
using ApiGateway = Pulumi.Oci.ApiGateway;

namespace ModelServing.Infra.Gateway;

/// <summary>
/// The only public entry point: an API Gateway that checks tokens, limits rates, and sends requests with the Open Inference Protocol's
/// paths, and posts of outcomes, to the routers' internal load balancer, and those about features to the feature server's. If a function
/// splits traffic, requests to models go to it instead. Access and execution logs go to the Logging service.
/// </summary>
public sealed class GatewayComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public GatewayComponent(string name, GatewayArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Gateway", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<GatewayArgs>().CheckedLimits();
        var tags = args.Names.Tags("gateway");
        var gateway = new ApiGateway.Gateway(name, new ApiGateway.GatewayArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = NameOf(args.Names),
            EndpointType = "PUBLIC",
            SubnetId = args.Placement.SubnetId,
            NetworkSecurityGroupIds = [args.Placement.GroupId],
            CertificateId = args.Domain is { } domain ? (Input<string>)domain.CertificateId : null,
            FreeformTags = tags,
        }, Protection.OfServing(this, args.DataProtection));
        var deployment = new ApiGateway.Deployment(name, new ApiGateway.DeploymentArgs
        {
            CompartmentId = args.CompartmentId,
            GatewayId = gateway.Id,
            DisplayName = args.Names.NameOf("api"),
            PathPrefix = "/",
            Specification = GatewaySpecification.From(args),
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, DependsOn = args.After.ToArray() });
        var logs = new ServiceLogs(this, name, "gateway", args);
        logs.Add("apigateway", "access", deployment.Id, args.LogRetentionDays);
        logs.Add("apigateway", "execution", deployment.Id, args.LogRetentionDays);

        GatewayId = gateway.Id;
        Address = args.Domain is { Name: var host } ? Output.Create($"https://{host}") : Output.Format($"https://{gateway.Hostname}");
        IpAddresses = gateway.IpAddresses.Apply(static all =>
            all.IsDefault ? [] : all.Select(static one => one.IpAddress).OfType<string>().ToImmutableArray());
        RegisterOutputs(new Dictionary<string, object?> { ["gatewayId"] = GatewayId, ["address"] = Address });
    }

    public Output<string> GatewayId { get; }

    /// <summary>The address of the API, without a path.</summary>
    public Output<string> Address { get; }

    /// <summary>The public addresses that the DNS record of a host name of the customer's own must have.</summary>
    public Output<ImmutableArray<string>> IpAddresses { get; }

    /// <summary>The name of an environment's gateway.</summary>
    public static string NameOf(EnvironmentNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.NameOf("gateway");
    }
}
