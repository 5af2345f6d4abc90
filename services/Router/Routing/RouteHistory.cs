using ModelServing.Rollout.Guard;

namespace ModelServing.Router.Routing;

/// <summary>What a model keeps from one table to the next.</summary>
/// <param name="Budget">The budget of the model's retries; the same in every table.</param>
/// <param name="SlowLimit">What is slow for this model, unless a rollout says so; the same in every table with the same stable
/// version.</param>
internal sealed record RouteHistory(RetryBudget Budget, SlowLimit SlowLimit);
