using ModelServing.Contracts.Predictions;

namespace ModelServing.Contracts.Admin;

/// <summary>The paths of the router's admin API, which listens on its own port and accepts only operators.</summary>
public static class AdminPaths
{
    /// <summary>The start of all its paths.</summary>
    public const string Prefix = "/admin/v1";

    /// <summary>GET: <see cref="RolloutsStatus"/>, the status of all rollouts.</summary>
    public const string Rollouts = Prefix + "/rollouts";

    /// <summary>GET: <see cref="RolloutHistory"/>, the journal of one model; <c>?after=SEQ</c> returns only newer events.</summary>
    public static string History(ModelName model) => $"{Rollouts}/{model}/history";

    /// <summary>POST <see cref="RollbackRequest"/>: a person condemns a version; the answer is the model's
    /// <see cref="ModelStatus"/>.</summary>
    public static string Rollback(ModelName model) => $"{Rollouts}/{model}/rollback";

    /// <summary>POST <see cref="ResetRequest"/>: a person allows a condemned version to be tried again; the answer is the model's
    /// <see cref="ModelStatus"/>.</summary>
    public static string Reset(ModelName model) => $"{Rollouts}/{model}/reset";

    /// <summary>GET: <see cref="PredictionsPage"/>, the predictions of <c>?model=NAME</c>, the newest first. <c>since</c> and <c>until</c>
    /// are times (<see cref="IsoTime"/>), <c>limit</c> is the most predictions of the page, and <see cref="CursorParameter"/> gets the next
    /// one.</summary>
    public const string Predictions = Prefix + "/predictions";

    /// <summary>The parameter for <see cref="PredictionsPage.Next"/>.</summary>
    public const string CursorParameter = "cursor";

    /// <summary>GET: <see cref="RequestPredictions"/>, the attempts of one request.</summary>
    public static string Prediction(string requestId) => $"{Predictions}/{requestId}";
}
