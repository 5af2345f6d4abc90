namespace ModelServing.Functions.Listener;

/// <summary>The work of a function. A handler does not know how it was called: by the Fn contract on a socket, or by plain HTTP.</summary>
/// <remarks>Nothing may run between calls, because OCI Functions freezes the container then.</remarks>
internal interface IFunctionHandler
{
    /// <summary>Answers a call. An exception is logged and answered with 500.</summary>
    /// <param name="cancellation">Is canceled shortly before the call's deadline, or once the caller is gone.</param>
    Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation);
}
