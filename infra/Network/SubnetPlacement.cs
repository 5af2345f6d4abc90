using Pulumi;

namespace ModelServing.Infra.Network;

/// <summary>Where something stands in the network: a regional subnet, and the security group that says who may speak with it.</summary>
/// <param name="SubnetId">The OCID of the subnet.</param>
/// <param name="GroupId">The OCID of the network security group.</param>
public sealed record SubnetPlacement(Output<string> SubnetId, Output<string> GroupId);
