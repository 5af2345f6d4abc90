namespace ModelServing.Sample;

/// <summary>The features of the fraud models: which views have them, and which columns of the models' input they are. The views' files are
/// the only place that says how a feature is computed.</summary>
public static class SampleFeatures
{
    /// <summary>The version of both views.</summary>
    public const int ViewVersion = 1;

    /// <summary>The source of a payment's event.</summary>
    public const string Payments = "payments";

    /// <summary>The source of the event that a payment was a fraud.</summary>
    public const string Frauds = "frauds";

    public const string CardId = "card_id";

    public const string TerminalId = "terminal_id";

    public const string Amount = "amount";

    /// <summary>The number of days until it is known whether a payment was a fraud.</summary>
    public const int LabelDelayDays = 7;

    /// <summary>The number of <see cref="Columns"/>.</summary>
    public const int ColumnCount = 15;

    /// <summary>The names of the views.</summary>
    public static IReadOnlyList<string> Views { get; } = ["card-activity", "terminal-risk"];

    /// <summary>The columns of the models' input, as <c>features.columns</c> of <c>training.json</c> has them.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        Amount, "card-activity.is_night", "card-activity.is_weekend",
        "card-activity.card_count_1d", "card-activity.card_count_7d", "card-activity.card_count_30d",
        "card-activity.card_mean_amount_1d", "card-activity.card_mean_amount_7d", "card-activity.card_mean_amount_30d",
        "terminal-risk.terminal_count_1d", "terminal-risk.terminal_count_7d", "terminal-risk.terminal_count_30d",
        "terminal-risk.terminal_risk_1d", "terminal-risk.terminal_risk_7d", "terminal-risk.terminal_risk_30d",
    ];

    /// <summary>The file of a view, beside this assembly.</summary>
    public static string PathOf(string view) => Path.Combine(SampleArtifacts.Folder, "Views", view + ".yaml");
}
