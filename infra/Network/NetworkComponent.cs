using ModelServing.Infra.Naming;
using Pulumi;
using Core = Pulumi.Oci.Core;

namespace ModelServing.Infra.Network;

/// <summary>
/// The network of an environment: a VCN, a regional subnet and a security group for each kind of thing that stands in it, the
/// gateways, and the rules of <see cref="NetworkFlows"/>. Only the API Gateway's subnet takes traffic from the internet, and the
/// cluster endpoint's where the arguments say so.
/// </summary>
public sealed class NetworkComponent : ComponentResource
{
    private readonly NetworkArgs args;

    /// <summary>Makes the network.</summary>
    /// <exception cref="ArgumentException">An argument is missing, or ranges of addresses can't be.</exception>
    public NetworkComponent(string name, NetworkArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Network", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        this.args = args.Checked<NetworkArgs>().CheckedRanges();
        var child = new CustomResourceOptions { Parent = this };

        var vcn = new Core.Vcn(name, new Core.VcnArgs
        {
            CompartmentId = args.CompartmentId,
            CidrBlocks = [args.VcnCidr],
            DisplayName = args.Names.NameOf("vcn"),
            DnsLabel = NameForm.DnsLabel.Check("modelserving"),
            FreeformTags = Tags,
        }, child);
        VcnId = vcn.Id;

        // The list that every subnet falls back to: emptied, so that the groups alone decide.
        var securityList = new Core.DefaultSecurityList($"{name}-default", new Core.DefaultSecurityListArgs
        {
            ManageDefaultResourceId = vcn.DefaultSecurityListId,
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("default"),
            FreeformTags = Tags,
        }, child);

        var services = OracleServices.Find(this);
        var routes = new NetworkRoutes(this, name, args, vcn.Id, services, Tags);
        var places = new Dictionary<NetworkGroup, SubnetPlacement>();
        foreach (var (group, cidr) in args.SubnetCidrs)
            places[group] = Place(name, group, cidr, vcn.Id, securityList.Id, routes);
        foreach (var flow in NetworkFlows.From(args))
            NetworkRules.Add(this, name, flow, group => places[group].GroupId, services.CidrBlock);

        ClusterEndpoint = places[NetworkGroup.ClusterEndpoint];
        Nodes = places[NetworkGroup.Nodes];
        Pods = places[NetworkGroup.Pods];
        LoadBalancer = places[NetworkGroup.LoadBalancer];
        Gateway = places[NetworkGroup.Gateway];
        Functions = places[NetworkGroup.Functions];
        Cache = places[NetworkGroup.Cache];
        RegisterOutputs(new Dictionary<string, object?> { ["vcnId"] = VcnId });
    }

    /// <summary>The addresses of it all.</summary>
    public string VcnCidr => args.VcnCidr;

    /// <summary>The OCID of the VCN.</summary>
    public Output<string> VcnId { get; }

    /// <summary>Where the Kubernetes API stands.</summary>
    public SubnetPlacement ClusterEndpoint { get; }

    /// <summary>Where the nodes stand.</summary>
    public SubnetPlacement Nodes { get; }

    /// <summary>Where the pods stand.</summary>
    public SubnetPlacement Pods { get; }

    /// <summary>Where the routers' internal load balancer stands; its group is named by the Service's annotation.</summary>
    public SubnetPlacement LoadBalancer { get; }

    /// <summary>Where the API Gateway stands.</summary>
    public SubnetPlacement Gateway { get; }

    /// <summary>Where functions stand.</summary>
    public SubnetPlacement Functions { get; }

    /// <summary>Where the cache stands.</summary>
    public SubnetPlacement Cache { get; }

    private InputMap<string> Tags => args.Names.Tags("network");

    private SubnetPlacement Place(string name, NetworkGroup group, string cidr, Output<string> vcnId, Output<string> securityListId, NetworkRoutes routes)
    {
        var child = new CustomResourceOptions { Parent = this };
        var slug = group.Slug();
        var isPublic = group == NetworkGroup.Gateway || (group == NetworkGroup.ClusterEndpoint && args.IsClusterEndpointPublic);
        var subnet = new Core.Subnet($"{name}-{slug}", new Core.SubnetArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            CidrBlock = cidr,
            DisplayName = args.Names.NameOf(slug),
            DnsLabel = NameForm.DnsLabel.Check(DnsLabelOf(group)),
            ProhibitPublicIpOnVnic = !isPublic,
            ProhibitInternetIngress = !isPublic,
            RouteTableId = isPublic ? routes.Public : routes.Private,
            SecurityListIds = [securityListId],
            FreeformTags = Tags,
        }, child);
        var securityGroup = new Core.NetworkSecurityGroup($"{name}-{slug}", new Core.NetworkSecurityGroupArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf(slug),
            FreeformTags = Tags,
        }, child);
        return new SubnetPlacement(subnet.Id, securityGroup.Id);
    }

    private static string DnsLabelOf(NetworkGroup group) => group switch
    {
        NetworkGroup.ClusterEndpoint => "endpoint",
        NetworkGroup.LoadBalancer => "loadbalancer",
        _ => group.Slug(),
    };
}
