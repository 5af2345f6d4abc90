using Pulumi;
using OciBudget = Pulumi.Oci.Budget;

namespace ModelServing.Infra.Costs;

/// <summary>The monthly budget of the environment's compartment, with a message when a share of it is spent and one when OCI forecasts that
/// the month's spending will exceed a share. A budget informs; it stops nothing.</summary>
public sealed class CostBudget : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public CostBudget(string name, CostBudgetArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:CostBudget", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<CostBudgetArgs>().CheckedAmounts();
        var tags = args.Names.Tags("costs");
        var child = new CustomResourceOptions { Parent = this, Provider = args.HomeRegion };
        var budget = new OciBudget.Budget(name, new OciBudget.BudgetArgs
        {
            CompartmentId = args.TenancyId,
            DisplayName = args.Names.NameOf("budget"),
            Description = "The costs of the environment's compartment in a month",
            TargetType = "COMPARTMENT",
            Targets = [args.CompartmentId],
            Amount = args.Amount,
            ResetPeriod = "MONTHLY",
            FreeformTags = tags,
        }, child);
        Rule("spent", "ACTUAL", args.AlertPercent, "has spent");
        Rule("forecast", "FORECAST", args.ForecastPercent, "is forecast to spend");
        RegisterOutputs();

        void Rule(string key, string type, int percent, string what) => _ = new OciBudget.Rule($"{name}-{key}", new OciBudget.RuleArgs
        {
            BudgetId = budget.Id,
            DisplayName = args.Names.NameOf($"budget-{key}"),
            Type = type,
            ThresholdType = "PERCENTAGE",
            Threshold = percent,
            Recipients = string.Join(", ", args.Emails),
            Message = $"The environment {args.Names.Environment} of {args.Names.Project} {what} {percent}% of its monthly budget.",
            FreeformTags = tags,
        }, child);
    }
}
