using ModelServing.Infra.Naming;
using Pulumi;
using OciBastion = Pulumi.Oci.Bastion;

namespace ModelServing.Infra.Access;

/// <summary>
/// The way on which people reach the private endpoint of an environment's cluster: a Bastion. Their sessions are SOCKS proxies (dynamic
/// port forwarding), because the kubeconfig names the endpoint's own address.
/// </summary>
public sealed class AccessComponent : ComponentResource
{
    // The longest that OCI offers.
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(3);

    /// <exception cref="ArgumentException">An argument is missing, or a range is wrong.</exception>
    public AccessComponent(string name, AccessArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Access", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<AccessArgs>().CheckedRanges();
        var bastion = new OciBastion.Bastion($"{name}-bastion", new OciBastion.BastionArgs
        {
            CompartmentId = args.CompartmentId,
            Name = args.Names.CompactNameOf("bastion", NameForm.Bastion),
            BastionType = "STANDARD",
            TargetSubnetId = args.SubnetId,
            ClientCidrBlockAllowLists = [.. args.AllowedCidrs],
            // SOCKS sessions need it.
            DnsProxyStatus = "ENABLED",
            MaxSessionTtlInSeconds = (int)LongestSession.TotalSeconds,
            FreeformTags = args.Names.Tags("access"),
        }, new CustomResourceOptions { Parent = this });
        BastionId = bastion.Id;
        RegisterOutputs(new Dictionary<string, object?> { ["bastionId"] = BastionId });
    }

    /// <summary>The OCID of the Bastion.</summary>
    public Output<string> BastionId { get; }
}
