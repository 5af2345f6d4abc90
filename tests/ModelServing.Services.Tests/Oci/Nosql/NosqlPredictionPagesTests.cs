using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>Predictions in a NoSQL table whose pages are short, and often empty.</summary>
public sealed class NosqlPredictionPagesTests() : PredictionStoreTests(static async () =>
{
    var tested = await TestedPredictionTable.StartAsync();
    (tested.Table.RowsPerPage, tested.Table.EmptyPages) = (50, 2);
    return tested;
});
