using System.Text.RegularExpressions;
using ModelServing.Contracts;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>A bucket of Object Storage, as the setting <c>oci:NAMESPACE/BUCKET</c> names it.</summary>
/// <param name="Namespace">The tenancy's Object Storage namespace.</param>
/// <param name="Name">The bucket's name.</param>
internal sealed partial record BucketAddress(string Namespace, string Name)
{
    /// <exception cref="ContractException">The text does not name a bucket.</exception>
    internal static BucketAddress Parse(string location) => Form.Match(location) is { Success: true } match
        ? new BucketAddress(match.Groups["namespace"].Value, match.Groups["name"].Value)
        : throw new ContractException(
            $"the registry is '{location}'; it must be {HostSources.BucketScheme}NAMESPACE/BUCKET, as in "
            + "oci:axexample/modelserving-prod-artifacts");

    /// <summary>The address in the form of the setting.</summary>
    public override string ToString() => HostSources.Bucket(Namespace, Name);

    [GeneratedRegex(@"\Aoci:(?<namespace>[A-Za-z0-9_-]+)/(?<name>[A-Za-z0-9_.-]{1,256})\z")]
    private static partial Regex Form { get; }
}
