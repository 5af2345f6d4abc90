using Microsoft.Extensions.Logging;

namespace ModelServing.Clients;

internal static partial class ClientsLog
{
    [LoggerMessage(50, LogLevel.Information, "Clients applied: {Count} with API keys, {Tokens}, {Anonymous}")]
    internal static partial void Applied(ILogger logger, int count, string tokens, string anonymous);

    [LoggerMessage(51, LogLevel.Error, "Token keys cannot be fetched from {Uri}; the last good ones stay: {Why}")]
    internal static partial void KeysNotFetched(ILogger logger, Uri uri, string why);

    [LoggerMessage(52, LogLevel.Information, "Token keys can be fetched from {Uri} again")]
    internal static partial void KeysFetchedAgain(ILogger logger, Uri uri);

    [LoggerMessage(53, LogLevel.Error, "The clients document can't be used, so the last good one stays: {Why}")]
    internal static partial void Refused(ILogger logger, string why);
}
