using System.Collections.Concurrent;

namespace Oci.Common;

/// <summary>An isolated group of regions.</summary>
public sealed class Realm
{
    private static readonly ConcurrentDictionary<string, Realm> Known = new(StringComparer.Ordinal);

    // The official package has a field for each realm.
    public static readonly Realm OC1 = Register("oc1", "oraclecloud.com");

    private Realm(string realmId, string secondLevelDomain)
    {
        RealmId = realmId;
        SecondLevelDomain = secondLevelDomain;
    }

    public string RealmId { get; }

    public string SecondLevelDomain { get; }

    public static Realm Register(string realmId, string secondlevelDomain)
    {
        var realm = Known.GetOrAdd(realmId, new Realm(realmId, secondlevelDomain));
        return realm.SecondLevelDomain == secondlevelDomain
            ? realm
            : throw new ArgumentException($"Realm with realmId {realmId} is already registered with {realm.SecondLevelDomain}.");
    }
}
