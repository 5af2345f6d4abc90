using ModelServing.Services.Tests.Predictions;

namespace ModelServing.Services.Tests.Oci.Nosql;

/// <summary>Predictions in a NoSQL table.</summary>
public sealed class NosqlPredictionStoreTests() : PredictionStoreTests(static async () => await TestedPredictionTable.StartAsync());
