using ModelServing.Infra.Costs;

namespace ModelServing.Stacks.Composition;

/// <summary>The definitions of the tags for tracking costs, and the budget.</summary>
internal static class CostSetup
{
    /// <summary>Makes the definitions, if this stack does. They come first, because every other resource has the tags.</summary>
    internal static void Tags(StackContext context, ResourceTagging tagging)
    {
        if (context.Cloud.Costs is not { CreateTags: true, TagNamespace: { } space })
            return;
        var tags = new CostTags("cost-tags", new CostTagsArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            HomeRegion = context.HomeRegion,
            Namespace = space,
            Keys = ResourceTagging.Keys,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());
        tagging.Begin(tags);
    }

    internal static void Budget(StackContext context)
    {
        if (context.Cloud.Costs.Budget is not { } budget)
            return;
        _ = new CostBudget("budget", new CostBudgetArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            HomeRegion = context.HomeRegion,
            TenancyId = context.Cloud.Tenancy,
            Amount = budget.Amount,
            AlertPercent = budget.AlertPercent,
            ForecastPercent = budget.ForecastPercent,
            Emails = budget.Emails,
        }, context.InRegion());
    }
}
