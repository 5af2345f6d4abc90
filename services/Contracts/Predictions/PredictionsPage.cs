namespace ModelServing.Contracts.Predictions;

/// <summary>A part of a model's predictions, the newest first.</summary>
/// <param name="Predictions">The predictions. There may be none, and still a next page.</param>
/// <param name="Next">Gets the next page (<see cref="Admin.AdminPaths.CursorParameter"/>); null after the last one.</param>
public sealed record PredictionsPage(IReadOnlyList<PredictionDocument> Predictions, string? Next = null)
{
    /// <summary>The most predictions of a page. Large ones make it shorter.</summary>
    public const int Most = 500;

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.PredictionsPage);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static PredictionsPage Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.PredictionsPage, "predictions");
}
