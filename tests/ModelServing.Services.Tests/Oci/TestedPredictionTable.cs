using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Oci.Calls;
using ModelServing.Oci.Nosql;
using ModelServing.Predictions;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit.Nosql;

namespace ModelServing.Services.Tests.Oci;

/// <summary>Empty tables of predictions in their own emulator. Calls are signed by the user in the emulator's configuration file.</summary>
internal sealed class TestedPredictionTable : TestedPredictionStore
{
    internal const string Name = "modelserving_test_predictions";

    private readonly List<NosqlPredictionStore> opened = [];

    private TestedPredictionTable(NosqlEmulator emulator)
    {
        Emulator = emulator;
        Table = emulator.CreateTable(Name, $"{PredictionTables.Columns} USING TTL 30 DAYS");
        Table.CreateIndex([.. PredictionTables.IndexColumns]);
        Outcomes = emulator.CreateTable(PredictionTables.OutcomesOf(Name), $"{PredictionTables.OutcomeColumns} USING TTL 30 DAYS");
    }

    internal NosqlEmulator Emulator { get; }

    internal EmulatedTable Table { get; }

    internal EmulatedTable Outcomes { get; }

    /// <summary>The settings of a client of the emulator.</summary>
    internal OciSettings Settings => new()
    {
        Identity = OciIdentity.ConfigFile,
        ConfigFile = Emulator.Identity.ConfigFile,
        NosqlEndpoint = Emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    internal static async Task<TestedPredictionTable> StartAsync() => new(await NosqlEmulator.StartAsync());

    internal override IPredictionStore Open() => Open(Name);

    /// <summary>Opens the table with the test's own name or settings.</summary>
    internal IPredictionStore Open(string table, OciSettings? settings = null, CallLimits? puts = null)
    {
        var limits = new PredictionCallLimits { Others = TestedTable.Quick };
        var store = new NosqlPredictionStore(
            NosqlClients.Open(settings ?? Settings),
            new TableAddress(NosqlEmulator.Compartment, table),
            limits with { Puts = puts ?? limits.Puts });
        lock (opened)
            opened.Add(store);
        return store;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
            store.Dispose();
        await Emulator.DisposeAsync();
    }
}
