using ModelServing.Contracts;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Nosql;
using ModelServing.Predictions;
using ModelServing.Predictions.Sqlite;

namespace ModelServing.Oci;

/// <summary>Opens the prediction store that a setting names: a SQLite file or two NoSQL tables.</summary>
/// <remarks>To add a kind of store, add a class that implements <see cref="IPredictionStore"/>, its scheme in
/// <see cref="HostSources"/>, and a case in <see cref="Open"/>.</remarks>
public static class PredictionStores
{
    /// <summary>Checks <paramref name="location"/> for a program that opens the store only on demand: opening a client of OCI reads files
    /// and blocks a thread.</summary>
    /// <exception cref="ContractException">The text does not name a store that this program knows.</exception>
    public static void Check(string location, OciSettings? oci)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
        {
            (Open(location, 1, oci) as IDisposable)?.Dispose();
            return;
        }

        _ = Parse(location);
        _ = Required(oci, location);
    }

    /// <summary>Opens the store at <paramref name="location"/>. This sends nothing yet.</summary>
    /// <param name="location"><c>sqlite:PATH</c>, or <c>nosql:COMPARTMENT-OCID/TABLE</c>.</param>
    /// <param name="retentionDays">How many days SQLite keeps rows. A table has its own time to live.</param>
    /// <param name="oci">The identity and region for OCI; null if the program does not use OCI.</param>
    /// <param name="isPatient">Whether reads are repeated for about twenty minutes while the service throttles or is unavailable, instead
    /// of seconds: for a batch that reads faster than the table allows.</param>
    /// <exception cref="ContractException">The text does not name a store that this program knows, or the identity is not
    /// available.</exception>
    public static IPredictionStore Open(string location, int retentionDays, OciSettings? oci, bool isPatient = false)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal)
            && location[HostSources.SqliteScheme.Length..] is { } path
            && !string.IsNullOrWhiteSpace(path))
        {
            return new SqlitePredictionStore(path, retentionDays);
        }

        if (!location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal))
        {
            throw new ContractException(
                $"the prediction store is '{location}'; it must be sqlite:PATH, as in sqlite:/srv/predictions.db, "
                + "or nosql:COMPARTMENT-OCID/TABLE");
        }

        var table = Parse(location);
        return new NosqlPredictionStore(
            NosqlClients.Open(Required(oci, location), SdkClientConfiguration.Create()),
            table,
            isPatient ? PredictionCallLimits.Patient : null);
    }

    private static TableAddress Parse(string location) => TableAddress.Parse(location, "prediction store");

    private static OciSettings Required(OciSettings? oci, string location) => oci
        ?? throw new ContractException(
            $"the prediction store is '{location}', but the environment variable {OciSettings.IdentityVariable} is not set; "
            + $"it must be {OciIdentities.Form}");
}
