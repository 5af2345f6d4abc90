using Pulumi;

namespace ModelServing.Infra.Costs;

public sealed class CostBudgetArgs : ComponentArgs
{
    /// <summary>The provider of the tenancy's home region, where budgets are kept.</summary>
    public required Pulumi.Oci.Provider HomeRegion { get; init; }

    /// <summary>The OCID of the tenancy: every budget belongs to the root compartment.</summary>
    public required Input<string> TenancyId { get; init; }

    /// <summary>The amount for a month, in the currency of the tenancy's rate card.</summary>
    public required int Amount { get; init; }

    /// <summary>The share of the amount, in percent, whose spending causes a message.</summary>
    public required int AlertPercent { get; init; }

    /// <summary>The share of the amount, in percent, at which a forecast of the month's spending causes a message.</summary>
    public required int ForecastPercent { get; init; }

    /// <summary>The addresses that get the messages, at least one.</summary>
    public required IReadOnlyList<string> Emails { get; init; }

    internal CostBudgetArgs CheckedAmounts()
    {
        if (Amount < 1 || AlertPercent < 1 || ForecastPercent < 1)
        {
            throw new ArgumentException(
                $"{nameof(Amount)} is {Amount}, {nameof(AlertPercent)} {AlertPercent} and {nameof(ForecastPercent)} {ForecastPercent}; "
                + "each must be at least 1");
        }

        return Emails.Count > 0 ? this : throw new ArgumentException($"{nameof(Emails)} is empty");
    }
}
