using MassTransit;
using Rlaif.Coordinator.Api;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Looking;
using Rlaif.Coordinator.Runs;
using Rlaif.Coordinator.Stages;
using Rlaif.Hosting;

namespace Rlaif.Coordinator;

/// <summary>Decides what happens next in a run.</summary>
public static class CoordinatorService
{
    public static readonly ServiceModule Module = new(
        "coordinator",
        services =>
        {
            services.AddSingleton<RunSignal>();
            services.AddSingleton<RunDesk>();
            services.AddOpenApi(ApiRoutes.Document, ApiRoutes.Describe);
            services.AddSingleton<RunLines>();
            services.AddSingleton<RunReports>();
            services.AddSingleton<RunEndings>();
            services.AddSingleton<LineageReports>();
            services.AddSingleton<LabelerReports>();
            services.AddSingleton<LabelWriter>();
            services.AddSingleton<LabelDesk>();
            services.AddSingleton<RunLineage>();
            services.AddSingleton<TrainingParts>();
            services.AddSingleton<CommandSender>();
            services.AddSingleton<StageList>();
            services.AddSingleton<StartResponsesStage>();
            services.AddSingleton<CalibrationStage>();
            services.AddSingleton<ResponsesStage>();
            services.AddSingleton<AnsweredPrompts>();
            services.AddSingleton<RevisionsStage>();
            services.AddSingleton<LabelsStage>();
            services.AddSingleton<RewardModelStage>();
            services.AddSingleton<EvaluationResponsesStage>();
            services.AddSingleton<EvaluationLabelsStage>();
            services.AddSingleton<ScoresStage>();
            services.AddSingleton<EvaluationStage>();
            services.AddSingleton<ParkedQueues>();
            services.AddHostedService<RunReconciler>();
            services.AddHostedService<RunGauges>();
        },
        bus =>
        {
            bus.AddConsumer<FactConsumer>();
            bus.AddWorker<DeclinedConsumer>(LabelWriter.Most);
            bus.AddWorker<LabelConsumer>(LabelWriter.Most);
            bus.AddLabeler<PeopleConsumer>(LabelDesk.People, LabelWriter.Most);
        },
        app => app.MapApi());
}
