namespace Oci.Common;

/// <summary>An isolated group of regions. The official package knows more realms.</summary>
public sealed class Realm
{
    public static readonly Realm OC1 = new("oc1", "oraclecloud.com");

    private Realm(string realmId, string secondLevelDomain)
    {
        RealmId = realmId;
        SecondLevelDomain = secondLevelDomain;
    }

    public string RealmId { get; }

    public string SecondLevelDomain { get; }
}
