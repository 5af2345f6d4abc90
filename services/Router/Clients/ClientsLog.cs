using Microsoft.Extensions.Logging;

namespace ModelServing.Router.Clients;

internal static partial class ClientsLog
{
    [LoggerMessage(50, LogLevel.Information, "Clients applied: {Count} with API keys, {Tokens}, {Anonymous}")]
    internal static partial void Applied(ILogger logger, int count, string tokens, string anonymous);

    [LoggerMessage(51, LogLevel.Error, "The keys of tokens at {Uri} can't be fetched, the last good ones stay: {Why}")]
    internal static partial void KeysNotFetched(ILogger logger, Uri uri, string why);

    [LoggerMessage(52, LogLevel.Information, "The keys of tokens at {Uri} can be fetched again")]
    internal static partial void KeysFetchedAgain(ILogger logger, Uri uri);
}
