using Pulumi;

namespace ModelServing.Infra.Network;

/// <summary>Where a resource is in the network: a regional subnet, and the security group that decides which connections it has.</summary>
/// <param name="SubnetId">The OCID of the subnet.</param>
/// <param name="GroupId">The OCID of the network security group.</param>
public sealed record SubnetPlacement(Output<string> SubnetId, Output<string> GroupId);
