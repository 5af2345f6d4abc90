using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>A budget for each month, and who learns when it is used up.</summary>
public sealed record BudgetSettings
{
    [Setting("The amount for a month, a whole number in the currency of the tenancy's rate card.", Min = "1", Max = "999999999")]
    public required int Amount { get; init; }

    [Setting("The share of the amount, in percent, whose spending causes a message.", Min = "1", Max = "1000")]
    public int AlertPercent { get; init; } = 80;

    [Setting(
        "The share of the amount, in percent, at which OCI's forecast of the month's spending causes a message.", Min = "1", Max = "1000")]
    public int ForecastPercent { get; init; } = 100;

    [Setting(
        "The e-mail addresses that get the messages, at least one. They need not be confirmed.",
        Pattern = AlarmSettings.EmailPattern,
        Form = "an e-mail address",
        Example = "finance@example.com")]
    public required IReadOnlyList<string> Emails { get; init; }
}
