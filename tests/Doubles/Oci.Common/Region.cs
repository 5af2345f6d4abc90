using System.Collections.Concurrent;
using System.Globalization;

namespace Oci.Common;

/// <summary>
/// A region, by its identifier or its three-letter code. The double knows the regions of the commercial realm that stacks and tests are
/// likely to use. The official package also reads regions from OCI_REGION_METADATA, from a file, and from an instance's metadata.
/// </summary>
public sealed class Region
{
    private static readonly ConcurrentDictionary<string, Region> Known = new(StringComparer.Ordinal);

    public static readonly Region AP_MUMBAI_1 = Register("ap-mumbai-1", Realm.OC1, "bom");
    public static readonly Region AP_SINGAPORE_1 = Register("ap-singapore-1", Realm.OC1, "sin");
    public static readonly Region AP_SYDNEY_1 = Register("ap-sydney-1", Realm.OC1, "syd");
    public static readonly Region AP_TOKYO_1 = Register("ap-tokyo-1", Realm.OC1, "nrt");
    public static readonly Region CA_TORONTO_1 = Register("ca-toronto-1", Realm.OC1, "yyz");
    public static readonly Region EU_AMSTERDAM_1 = Register("eu-amsterdam-1", Realm.OC1, "ams");
    public static readonly Region EU_FRANKFURT_1 = Register("eu-frankfurt-1", Realm.OC1, "fra");
    public static readonly Region EU_ZURICH_1 = Register("eu-zurich-1", Realm.OC1, "zrh");
    public static readonly Region SA_SAOPAULO_1 = Register("sa-saopaulo-1", Realm.OC1, "gru");
    public static readonly Region UK_LONDON_1 = Register("uk-london-1", Realm.OC1, "lhr");
    public static readonly Region US_ASHBURN_1 = Register("us-ashburn-1", Realm.OC1, "iad");
    public static readonly Region US_CHICAGO_1 = Register("us-chicago-1", Realm.OC1, "ord");
    public static readonly Region US_PHOENIX_1 = Register("us-phoenix-1", Realm.OC1, "phx");

    private Region(string regionId, string regionCode, Realm realm)
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

    // Also by code, because the official FromRegionId accepts both.
    private static Region Find(string codeOrId) =>
        Known.Values.FirstOrDefault(region => region.RegionId == codeOrId || region.RegionCode == codeOrId);
}
