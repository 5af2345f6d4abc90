using System.Collections.Concurrent;
using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Oci.Common;

/// <summary>
/// A region, by its identifier or its three-letter code. The double knows the regions that the official package knows, and reads another
/// one from OCI_REGION_METADATA. The official package also reads regions from a file and from an instance's metadata.
/// </summary>
public sealed class Region
{
    private const string MetadataVariable = "OCI_REGION_METADATA";

    private static readonly ConcurrentDictionary<string, Region> Known = KnownRegions.Read();
    private static readonly Lock Reading = new();
    private static bool hasReadMetadata;

    // The official package has a field for each region.
    public static readonly Region EU_FRANKFURT_1 = Known["eu-frankfurt-1"];

    internal Region(string regionId, string regionCode, Realm realm)
    {
        RegionId = regionId;
        RegionCode = regionCode;
        Realm = realm;
    }

    public string RegionId { get; }

    public string RegionCode { get; }

    public Realm Realm { get; }

    public static Region FromRegionId(string regionId) =>
        Find(regionId) ?? throw new ArgumentException($"Unable to find region from regionId {regionId}.");

    public static Region FromRegionCodeOrId(string regionCodeOrId) =>
        Find(regionCodeOrId) ?? throw new ArgumentException($"Unable to find region from regionId or regionCode {regionCodeOrId}.");

    public static Region Register(string regionId, Realm realm, string regionCode = null)
    {
        ArgumentNullException.ThrowIfNull(regionId);
        ArgumentNullException.ThrowIfNull(realm);
        // With a named culture, as in the official package: a program with invariant globalization and predefined cultures only fails here.
        regionId = regionId.Trim().ToLower(new CultureInfo("en-US", false));
        return Known.GetOrAdd(regionId, new Region(regionId, regionCode, realm));
    }

    /// <summary>Lets the variable be read again. It is read once, when the first unknown region is looked for.</summary>
    public static void ResetEnvironmentVariableInUse()
    {
        lock (Reading)
            hasReadMetadata = false;
    }

    // Also by code, because the official FromRegionId accepts both.
    private static Region Find(string codeOrId) => FindKnown(codeOrId) ?? (ReadMetadata() ? FindKnown(codeOrId) : null);

    private static Region FindKnown(string codeOrId) =>
        Known.Values.FirstOrDefault(region => region.RegionId == codeOrId || region.RegionCode == codeOrId);

    private static bool ReadMetadata()
    {
        lock (Reading)
        {
            if (hasReadMetadata)
                return false;
            hasReadMetadata = true;
            if (Environment.GetEnvironmentVariable(MetadataVariable) is not { Length: > 0 } text)
                return false;
            var metadata = JObject.Parse(text);
            string[] parts =
            [
                .. ((string[])["regionIdentifier", "realmKey", "realmDomainComponent", "regionKey"])
                    .Select(name => (string)metadata[name]),
            ];
            if (parts.Any(string.IsNullOrEmpty))
                return false;
            Register(parts[0], Realm.Register(parts[1], parts[2]), parts[3].Trim().ToLower(new CultureInfo("en-US", false)));
            return true;
        }
    }
}
