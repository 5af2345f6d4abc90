namespace ModelServing.Sample.Simulation;

/// <summary>A card holder and their habits.</summary>
/// <param name="Id">The customer's number, from 0.</param>
/// <param name="Home">Where they live.</param>
/// <param name="MeanAmount">The mean amount of their payments, 5 to 100.</param>
/// <param name="StandardDeviation">The standard deviation of the amounts: half the mean.</param>
/// <param name="TransactionsPerDay">The mean number of their payments per day, 0 to 4.</param>
/// <param name="Terminals">The terminals within their reach.</param>
public sealed record Customer(
    int Id, Town Home, double MeanAmount, double StandardDeviation, double TransactionsPerDay, IReadOnlyList<int> Terminals);
