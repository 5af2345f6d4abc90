using ModelServing.Infra.Naming;
using Pulumi;
using Core = Pulumi.Oci.Core;

namespace ModelServing.Infra.Network;

/// <summary>
/// The network of an environment: a VCN, a regional subnet and a security group for each kind of resource in it, the gateways, and
/// the rules of <see cref="NetworkFlows"/>. Only the API Gateway's subnet accepts traffic from the internet, and the cluster
/// endpoint's subnet if the arguments say so.
/// </summary>
public sealed class NetworkComponent : ComponentResource
{
    private readonly NetworkArgs args;

    /// <exception cref="ArgumentException">An argument is missing, or the ranges of addresses do not fit together.</exception>
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

        // Every subnet falls back to this list. It is empty, so only the security groups decide.
        var securityList = new Core.DefaultSecurityList($"{name}-default", new Core.DefaultSecurityListArgs
        {
            ManageDefaultResourceId = vcn.DefaultSecurityListId,
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("default"),
            FreeformTags = Tags,
        }, child);

        var services = OracleServices.Find(this);
        var routes = new NetworkRoutes(this, name, args, vcn.Id, services, Tags);
        var placements = new Dictionary<NetworkGroup, SubnetPlacement>();
        foreach (var (group, cidr) in args.SubnetCidrs)
            placements[group] = AddSubnet(name, group, cidr, vcn.Id, securityList.Id, routes);
        EgressGroupId = args.HasEgressGroup ? AddGroup(name, NetworkGroup.Egress, vcn.Id) : null;
        foreach (var flow in NetworkFlows.From(args))
            NetworkRules.Add(this, name, flow, GroupIdOf, services.CidrBlock);

        ClusterEndpoint = placements[NetworkGroup.ClusterEndpoint];
        Nodes = placements[NetworkGroup.Nodes];
        Pods = placements[NetworkGroup.Pods];
        LoadBalancer = placements[NetworkGroup.LoadBalancer];
        Gateway = placements[NetworkGroup.Gateway];
        Functions = placements[NetworkGroup.Functions];
        Cache = placements[NetworkGroup.Cache];
        Runner = placements.GetValueOrDefault(NetworkGroup.Runner);
        BastionSubnetId = args.BastionCidr is null ? null : BastionSubnet.Add(this, name, args, vcn.Id, routes, Tags);
        if (args.FlowLogs is { } logs)
            FlowLogs.Add(this, name, args, logs, vcn.Id);
        RegisterOutputs(new Dictionary<string, object?> { ["vcnId"] = VcnId });

        Output<string> GroupIdOf(NetworkGroup group) => group == NetworkGroup.Egress ? EgressGroupId! : placements[group].GroupId;
    }

    public string VcnCidr => args.VcnCidr;

    /// <summary>The addresses of the functions' subnet.</summary>
    public string FunctionCidr => args.FunctionCidr;

    /// <summary>The OCID of the VCN.</summary>
    public Output<string> VcnId { get; }

    /// <summary>Where the Kubernetes API is.</summary>
    public SubnetPlacement ClusterEndpoint { get; }

    public SubnetPlacement Nodes { get; }

    public SubnetPlacement Pods { get; }

    /// <summary>Where the routers' internal load balancer is. An annotation of its Service names the group.</summary>
    public SubnetPlacement LoadBalancer { get; }

    public SubnetPlacement Gateway { get; }

    public SubnetPlacement Functions { get; }

    public SubnetPlacement Cache { get; }

    /// <summary>The OCID of the group of pods that reach the internet, to be used beside that of <see cref="Pods"/>; null if there is no
    /// such group.</summary>
    public Output<string>? EgressGroupId { get; }

    /// <summary>Where a pipeline's machine is; null if there is no place for one.</summary>
    public SubnetPlacement? Runner { get; }

    /// <summary>The OCID of the Bastion's subnet; null if there is no place for one.</summary>
    public Output<string>? BastionSubnetId { get; }

    private InputMap<string> Tags => args.Names.Tags("network");

    private SubnetPlacement AddSubnet(
        string name, NetworkGroup group, string cidr, Output<string> vcnId, Output<string> securityListId, NetworkRoutes routes)
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
            RouteTableId = isPublic ? routes.Public : group == NetworkGroup.Runner ? routes.Runner! : routes.Private,
            SecurityListIds = [securityListId],
            FreeformTags = Tags,
        }, child);
        return new SubnetPlacement(subnet.Id, AddGroup(name, group, vcnId));
    }

    private Output<string> AddGroup(string name, NetworkGroup group, Output<string> vcnId) => new Core.NetworkSecurityGroup(
        $"{name}-{group.Slug()}",
        new Core.NetworkSecurityGroupArgs
        {
            CompartmentId = args.CompartmentId,
            VcnId = vcnId,
            DisplayName = args.Names.NameOf(group.Slug()),
            FreeformTags = Tags,
        },
        new CustomResourceOptions { Parent = this }).Id;

    private static string DnsLabelOf(NetworkGroup group) => group switch
    {
        NetworkGroup.ClusterEndpoint => "endpoint",
        NetworkGroup.LoadBalancer => "loadbalancer",
        _ => group.Slug(),
    };
}
