using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>How the costs of an environment are tracked and watched.</summary>
public sealed record CostSettings
{
    [Setting(
        "The namespace of the tags for tracking costs. Every resource then has the defined tags `NAMESPACE.environment` (the stack) and "
        + "`NAMESPACE.component`. All stacks of a tenancy may share a namespace. By default, resources have freeform tags only, which cost "
        + "analysis can't group by.",
        Pattern = "^[A-Za-z][A-Za-z0-9_-]{0,99}$",
        Form = "a letter, then letters, digits, '_' and '-'",
        Example = "modelserving")]
    public string? TagNamespace { get; init; }

    [Setting(
        "Whether this stack makes the namespace and its two keys, both enabled for cost tracking, of which a tenancy has at most 10. One "
        + "stack of a tenancy does so. They are kept when the stack is destroyed.")]
    public bool CreateTags { get; init; }

    [Setting("A monthly budget for the compartment. By default, there is no budget.")]
    public BudgetSettings? Budget { get; init; }
}
