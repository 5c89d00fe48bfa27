using Rlaif.Generator;
using Rlaif.Hosting;

await RlaifHost.Run(GeneratorService.Module);
