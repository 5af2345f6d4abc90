namespace ModelServing.Sample.Simulation;

/// <summary>A card's holder and their habits.</summary>
/// <param name="Id">From 0.</param>
/// <param name="Home">Where they live.</param>
/// <param name="MeanAmount">Mean of their payments, 5 to 100.</param>
/// <param name="StandardDeviation">Standard deviation of their payments: half the mean.</param>
/// <param name="TransactionsPerDay">Mean number of their payments in a day, 0 to 4.</param>
/// <param name="Terminals">The terminals they reach.</param>
public sealed record Customer(
    int Id, Town Home, double MeanAmount, double StandardDeviation, double TransactionsPerDay, IReadOnlyList<int> Terminals);
