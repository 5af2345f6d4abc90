using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Predictions;

/// <summary>Writes and reads the outcome of a row: its JSON, as text. A store's own type for JSON could change a text that looks like a
/// time.</summary>
public static class StoredOutcome
{
    /// <summary>The attempt in an outcome's key. An outcome belongs to a request, and so to each of its attempts.</summary>
    public const int Attempt = 0;

    public static string Write(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return Encoding.UTF8.GetString(outcome.ToUtf8());
    }

    /// <param name="location">The store, for the message.</param>
    /// <param name="requestId">The row's request.</param>
    /// <param name="text">The row's outcome.</param>
    /// <exception cref="PredictionStoreException">The text is not an outcome, or it names another request.</exception>
    public static Outcome Read(string location, string requestId, string text)
    {
        try
        {
            var read = Outcome.Parse(Encoding.UTF8.GetBytes(text));
            return read.RequestId == requestId
                ? read
                : throw new ContractException($"the outcome names the request '{read.RequestId}'");
        }
        catch (ContractException e)
        {
            throw new PredictionStoreException(
                PredictionStoreError.Refused,
                $"the outcome of the request {requestId} in the prediction store {location} can't be read: {e.Message}",
                e);
        }
    }
}
