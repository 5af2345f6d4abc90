using Pulumi;
using ApiGateway = Pulumi.Oci.ApiGateway;

namespace ModelServing.Infra.Gateway;

/// <summary>
/// The one public door: an API Gateway that checks tokens, limits rates, and hands the Open Inference Protocol's paths to the routers'
/// internal load balancer. Access and execution logs go to the Logging service.
/// </summary>
public sealed class GatewayComponent : ComponentResource
{
    /// <summary>Makes the gateway.</summary>
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public GatewayComponent(string name, GatewayArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Gateway", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<GatewayArgs>().CheckedLimits();
        var tags = args.Names.Tags("gateway");
        var child = new CustomResourceOptions { Parent = this };
        var gateway = new ApiGateway.Gateway(name, new ApiGateway.GatewayArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("gateway"),
            EndpointType = "PUBLIC",
            SubnetId = args.Place.SubnetId,
            NetworkSecurityGroupIds = [args.Place.GroupId],
            CertificateId = args.CertificateId,
            FreeformTags = tags,
        }, child);
        var deployment = new ApiGateway.Deployment(name, new ApiGateway.DeploymentArgs
        {
            CompartmentId = args.CompartmentId,
            GatewayId = gateway.Id,
            DisplayName = args.Names.NameOf("api"),
            PathPrefix = "/",
            Specification = GatewaySpecification.From(args),
            FreeformTags = tags,
        }, child);
        GatewayLogs.Add(this, name, args, deployment.Id, tags);

        GatewayId = gateway.Id;
        Address = Output.Format($"https://{gateway.Hostname}");
        RegisterOutputs(new Dictionary<string, object?> { ["gatewayId"] = GatewayId, ["address"] = Address });
    }

    /// <summary>The OCID of the gateway.</summary>
    public Output<string> GatewayId { get; }

    /// <summary>The address of the API, without a path.</summary>
    public Output<string> Address { get; }
}
