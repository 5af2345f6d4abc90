namespace Oci.Common;

/// <summary>A group of regions that share nothing with another's. The official package knows more of them.</summary>
public sealed class Realm
{
    public static readonly Realm OC1 = new("oc1", "oraclecloud.com");

    private Realm(string realmId, string secondLevelDomain) => (RealmId, SecondLevelDomain) = (realmId, secondLevelDomain);

    public string RealmId { get; }

    public string SecondLevelDomain { get; }
}
