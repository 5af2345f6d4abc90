using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Nosql;

namespace ModelServing.Oci;

/// <summary>Opens the journal that a setting names: a SQLite file or a NoSQL table.</summary>
/// <remarks>To add a kind of store, add a class that implements <see cref="IJournalStore"/>, its scheme in <see cref="HostSources"/>, and a
/// case in <see cref="Open"/>.</remarks>
public static class JournalStores
{
    // Short, because routers and people wait for these calls, and both try again.
    private static CallLimits Limits => new()
    {
        Retries = 3,
        FirstDelay = TimeSpan.FromMilliseconds(200),
        LongestDelay = TimeSpan.FromSeconds(2),
        Attempt = TimeSpan.FromSeconds(5),
    };

    /// <summary>Checks <paramref name="location"/> for a program that opens the store only on demand: opening a client of OCI reads files
    /// and blocks a thread.</summary>
    /// <exception cref="ContractException">The text does not name a store that this program knows.</exception>
    public static void Check(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
        {
            (Open(location, oci) as IDisposable)?.Dispose();
            return;
        }

        _ = TableAddress.Parse(location, "journal");
        _ = Required(oci, location);
    }

    /// <summary>Opens the store at <paramref name="location"/>. This sends nothing yet.</summary>
    /// <param name="location"><c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT-OCID/TABLE</c>.</param>
    /// <param name="oci">The identity and region for OCI; null if the program does not use OCI.</param>
    /// <exception cref="ContractException">The text does not name a store that this program knows, or the identity is not
    /// available.</exception>
    public static IJournalStore Open(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal)
            && location[HostSources.SqliteScheme.Length..] is { } path
            && !string.IsNullOrWhiteSpace(path))
        {
            return new SqliteJournalStore(path);
        }

        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
        {
            throw new ContractException(
                $"the journal is '{location}'; it must be sqlite:PATH, as in sqlite:/srv/journal.db, or nosql:COMPARTMENT-OCID/TABLE");
        }

        var table = TableAddress.Parse(location, "journal");
        return new NosqlJournalStore(NosqlClients.Open(Required(oci, location), SdkClientConfiguration.Create()), table, Limits);
    }

    private static OciSettings Required(OciSettings? oci, string location) => oci
        ?? throw new ContractException(
            $"the journal is '{location}', but the environment variable {OciSettings.IdentityVariable} is not set; "
            + $"it must be {OciIdentities.Form}");
}
